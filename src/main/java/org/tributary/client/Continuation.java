package org.tributary.client;

/**
 * The text that a model generated after a prompt.
 *
 * @param text without special tokens; it continues the prompt's text, so it may begin with a space
 * @param tokens number of generated tokens, without the end token
 * @param ended whether an end token ended it, not the limit of new tokens
 */
public record Continuation(String text, int tokens, boolean ended) {}
