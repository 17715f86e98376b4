package org.tributary.client;

/**
 * What a model generated after a prompt.
 *
 * @param text without special tokens; behind the prompt's text it reads on, so that it may begin
 *     with a space
 * @param tokens written, without the one that ended it
 * @param ended whether an end token stopped it, and not the number of tokens
 */
public record Continuation(String text, int tokens, boolean ended) {}
