using Sam.Bench.Commands;

return args is ["dev-products", .. string[] rest] ? DevProducts.Run(rest) : 1;
