namespace Sam.Layers;

/// <summary>Base of the attributes that add a layer to a model declared with <see cref="ModelAttribute"/> or a block declared with
/// <see cref="BlockAttribute"/>.</summary>
/// <remarks>The order of the attributes is the order of the layers. Layers of one's own are added with
/// <see cref="LayerAttribute{TLayer}"/>.</remarks>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public abstract class ModelLayerAttribute : Attribute
{
    private protected ModelLayerAttribute()
    {
    }
}
