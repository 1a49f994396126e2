using Google.Protobuf;
using Optimizer.Surrogates;

namespace Optimizer.Benchmarks.Kernel.Peers;

/// <summary>
/// An ensemble as an ONNX model with one TreeEnsembleRegressor, field by field as onnx.proto3 numbers them. Leaves become floats: the
/// operator knows no others.
/// </summary>
internal static class OnnxModel
{
    public const string Input = "x";
    public const string Output = "y";
    private const int Float = 1;

    public static byte[] Write(TreeEnsemble ensemble) => Message(model =>
    {
        Number(model, 1, 8);
        Bytes(model, 7, Graph(ensemble));
        Bytes(model, 8, Opset("ai.onnx.ml", 3));
        Bytes(model, 8, Opset("", 17));
    });

    private static byte[] Graph(TreeEnsemble ensemble) => Message(graph =>
    {
        Bytes(graph, 1, Node(ensemble));
        Text(graph, 2, "ensemble");
        Bytes(graph, 11, Value(Input, ensemble.FeatureCount));
        Bytes(graph, 12, Value(Output, 1));
    });

    private static byte[] Opset(string domain, long version) => Message(opset =>
    {
        Text(opset, 1, domain);
        Number(opset, 2, version);
    });

    private static byte[] Value(string name, int columns) => Message(value =>
    {
        Text(value, 1, name);
        Bytes(value, 2, Message(type => Bytes(type, 1, Message(tensor =>
        {
            Number(tensor, 1, Float);
            Bytes(tensor, 2, Message(shape =>
            {
                Bytes(shape, 1, Message(rows => Text(rows, 2, "N")));
                Bytes(shape, 1, Message(width => Number(width, 1, columns)));
            }));
        }))));
    });

    private static byte[] Node(TreeEnsemble ensemble)
    {
        var nodes = new OnnxNodes(ensemble);
        return Message(node =>
        {
            Text(node, 1, Input);
            Text(node, 2, Output);
            Text(node, 4, "TreeEnsembleRegressor");
            Text(node, 7, "ai.onnx.ml");
            Bytes(node, 5, Integers("nodes_treeids", nodes.Trees));
            Bytes(node, 5, Integers("nodes_nodeids", nodes.Ids));
            Bytes(node, 5, Integers("nodes_featureids", nodes.Features));
            Bytes(node, 5, Floats("nodes_values", nodes.Thresholds));
            Bytes(node, 5, Texts("nodes_modes", nodes.Modes));
            Bytes(node, 5, Integers("nodes_truenodeids", nodes.True));
            Bytes(node, 5, Integers("nodes_falsenodeids", nodes.False));
            Bytes(node, 5, Integers("target_treeids", nodes.LeafTrees));
            Bytes(node, 5, Integers("target_nodeids", nodes.LeafIds));
            Bytes(node, 5, Integers("target_ids", [.. nodes.LeafIds.Select(_ => 0)]));
            Bytes(node, 5, Floats("target_weights", nodes.LeafValues));
            Bytes(node, 5, Floats("base_values", [(float)ensemble.Bias]));
            Bytes(node, 5, Message(attribute =>
            {
                Text(attribute, 1, "n_targets");
                Number(attribute, 3, 1);
                Number(attribute, 20, 2);
            }));
        });
    }

    private static byte[] Integers(string name, List<int> values) => Message(attribute =>
    {
        Text(attribute, 1, name);
        values.ForEach(value => Number(attribute, 8, value));
        Number(attribute, 20, 7);
    });

    private static byte[] Floats(string name, List<float> values) => Message(attribute =>
    {
        Text(attribute, 1, name);
        foreach (float value in values)
        {
            attribute.WriteTag(7, WireFormat.WireType.Fixed32);
            attribute.WriteFloat(value);
        }

        Number(attribute, 20, 6);
    });

    private static byte[] Texts(string name, List<string> values) => Message(attribute =>
    {
        Text(attribute, 1, name);
        values.ForEach(value => Text(attribute, 9, value));
        Number(attribute, 20, 8);
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        var output = new CodedOutputStream(buffer);
        write(output);
        output.Flush();
        return buffer.ToArray();
    }

    private static void Number(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Bytes(CodedOutputStream output, int field, byte[] value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value));
    }
}
