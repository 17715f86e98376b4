"""Federated fine-tuning on Spark: an Estimator and Transformers of Spark ML.

The classes are thin: each has the Params of the class of the same name in Tributary's jar, and all work is
done there. The jar must be on the class path of the Spark session; README.md says how.
"""

from tributary.stages import (
    FederatedFineTuner,
    FineTunedModel,
    ImageClassifier,
    TextClassifier,
    TextEmbedder,
    TextGenerator,
)

__all__ = [
    "FederatedFineTuner",
    "FineTunedModel",
    "ImageClassifier",
    "TextClassifier",
    "TextEmbedder",
    "TextGenerator",
]
