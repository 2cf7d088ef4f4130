"""What the engines that stream natively share: sherpa-onnx's online recognizers.

A sound is decoded as it arrives, in pieces of the size that the network was exported for, and
never again. No engine by itself: `zipformer` and `paraformer_streaming` are.
"""
