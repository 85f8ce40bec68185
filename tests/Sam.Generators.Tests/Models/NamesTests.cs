using System.Reflection;
using Sam.Generators.Models;
using Sam.Layers;

namespace Sam.Generators.Tests.Models;

/// <summary>The generator knows Sam.Layers and Sam.Native by names alone; here they meet.</summary>
public sealed class NamesTests
{
    private static readonly Assembly s_layers = typeof(ModelAttribute).Assembly;

    [Fact]
    public void NamesOfTypes_AreThoseOfSamLayersAndSamNative()
    {
        Assert.Equal(Names.ModelAttribute, typeof(ModelAttribute).FullName);
        Assert.Equal(Names.ModelLayerAttribute, typeof(ModelLayerAttribute).FullName);
        Assert.Equal(Names.LayerParameterAttribute, typeof(LayerParameterAttribute).FullName);
        Assert.Equal(Names.CustomLayer, "global::" + typeof(CustomLayer).FullName);
        Assert.Equal(Names.CustomLayerSlot, "global::" + typeof(CustomLayerSlot).FullName);
        Assert.Equal(Names.Model, typeof(Native.Model).FullName);
        Assert.Equal(Names.Native, $"global::{typeof(Native.Model).Namespace}.");
    }

    [Fact]
    public void ConstantsOfBlocks_AreThoseOfSamLayers()
    {
        Assert.Equal(Block.Channels, BlockArguments.ChannelsConstant);
        Assert.Equal(Block.Stride, BlockArguments.StrideConstant);
        Assert.Equal(Names.BlockAttribute, typeof(BlockAttribute).FullName);
        BlockArguments use = new(48, 2);
        Assert.Equal(48, use.Substitute(Block.Channels));
        Assert.Equal(192, use.Substitute(Block.Channels * 4));
        Assert.Equal(12, use.Substitute(Block.Channels / 4));
        Assert.Equal(0, use.Substitute(Block.Channels / 32 * 7));
        Assert.Equal(2, use.Substitute(Block.Stride));
        Assert.Equal(1000, use.Substitute(1000));
    }

    [Fact]
    public void EveryLayerAttribute_IsReadByTheGeneratorAndTheOtherWayRound() => Assert.Equal(
        s_layers.GetTypes().Where(static t => t.BaseType == typeof(ModelLayerAttribute)).Select(static t => t.Name).Order(StringComparer.Ordinal),
        LayerReader.Kinds.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("conv1", "Conv1")]
    [InlineData("my_layer", "MyLayer")]
    [InlineData("_x", "X")]
    [InlineData("0", "Layer0")]
    [InlineData("layer1.0.conv2", "Layer1_0_Conv2")]
    [InlineData("fc", "Fc")]
    public void Property_IsTheNameInPascalCase(string name, string property)
    {
        Assert.True(Names.IsValid(name));
        Assert.Equal(property, Names.Property(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a b")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("_")]
    [InlineData("é")]
    [InlineData("conv-1")]
    public void Name_OfOtherCharactersIsNone(string? name) => Assert.False(Names.IsValid(name));
}
