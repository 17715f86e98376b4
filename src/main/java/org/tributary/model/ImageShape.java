package org.tributary.model;

/**
 * The images that a model takes.
 *
 * @param channels 1 grey, 3 red, green, blue
 * @param height rows of pixels
 * @param width columns of pixels
 */
public record ImageShape(int channels, int height, int width) {}
