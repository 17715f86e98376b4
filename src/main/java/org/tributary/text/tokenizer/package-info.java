/**
 * The parts of a tokenizer.json, checked before the tokenizers library sees them. The library is
 * native: what it does not expect ends the JVM.
 */
package org.tributary.text.tokenizer;
