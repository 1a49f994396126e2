using Optimizer.Edge.Commands;

return await OptimizerCommand.RunAsync(args);
