Console.WriteLine("sam");
