using Sam.Generators.Models.Programs;

namespace Sam.Generators.Tests.Models;

public sealed class MemoryPlanTests
{
    [Fact]
    public void StoragesOfOverlappingLives_NeverOverlapAndStartAt64Bytes()
    {
        Random random = new(5);
        for (int round = 0; round < 200; round++)
        {
            List<Storage> storages = [];
            for (int i = 0; i < 30; i++)
            {
                Storage storage = new("value", random.Next(1, 200));
                int first = random.Next(40);
                storage.Touch(first);
                storage.Touch(first + random.Next(12));
                storages.Add(storage);
            }

            long end = MemoryPlan.Place(storages);
            foreach (Storage a in storages)
            {
                Assert.Equal(0, a.Offset % MemoryPlan.Alignment);
                Assert.True(a.Offset + a.Count <= end);
                foreach (Storage b in storages.Where(b => b != a && b.First <= a.Last && a.First <= b.Last))
                {
                    Assert.True(a.Offset + a.Count <= b.Offset || b.Offset + b.Count <= a.Offset);
                }
            }

            long live = Enumerable.Range(0, 60).Max(t => storages.Where(s => s.First <= t && t <= s.Last).Sum(static s => MemoryPlan.Align(s.Count)));
            Assert.InRange(end, live, 2 * live);
        }
    }

    [Fact]
    public void StoragesThatNeverMeet_ShareTheirPlace()
    {
        Storage a = new("a", 40), b = new("b", 48), c = new("c", 16);
        a.Touch(1);
        a.Touch(2);
        b.Touch(3);
        b.Touch(5);
        c.Touch(2);
        c.Touch(3);

        Assert.Equal(48 + 16, MemoryPlan.Place([a, b, c]));
        Assert.Equal(0, a.Offset);
        Assert.Equal(0, b.Offset);
        Assert.Equal(48, c.Offset);
    }
}
