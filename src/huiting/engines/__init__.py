"""Model adapters, one module a family: the only home of ctranslate2, faster-whisper, onnxruntime."""
