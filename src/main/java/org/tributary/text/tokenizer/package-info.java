/**
 * Checks the parts of a tokenizer.json before the tokenizers library reads them. The library is
 * native, and unexpected input ends the JVM.
 */
package org.tributary.text.tokenizer;
