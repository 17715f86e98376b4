package org.tributary.model;

/** How an encoder's tokens become the one vector that the classifier sees. */
public enum Pooling {
  /** The mean over the row's tokens, special ones included (sentence-transformers). */
  MEAN,
  /** The first token, through the family's pooler where the checkpoint has one (BERT). */
  CLS
}
