using Microsoft.ML.OnnxRuntime;

namespace Optimizer.Benchmarks.Kernel.Peers;

/// <summary>ONNX Runtime on one thread, input and output bound once.</summary>
internal static class OnnxPeer
{
    public const string Name = "ONNX Runtime, 1 thread";

    public static KernelContender For(KernelProblem problem)
    {
        int rows = problem.Rows.Length;
        float[] input = [.. problem.Rows.SelectMany(row => row)];
        var output = new float[rows];
        var scores = new double[rows];
        var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        var session = new InferenceSession(OnnxModel.Write(problem.Ensemble), options);
        var run = new RunOptions();
        OrtValue[] inputs = [OrtValue.CreateTensorValueFromMemory(input, [rows, KernelProblem.Features])];
        OrtValue[] outputs = [OrtValue.CreateTensorValueFromMemory(output, [rows, 1])];
        return new(Name, scores, Exact: false, () =>
        {
            session.Run(run, [OnnxModel.Input], inputs, [OnnxModel.Output], outputs);
            for (int row = 0; row < rows; row++)
            {
                scores[row] = output[row];
            }
        });
    }
}
