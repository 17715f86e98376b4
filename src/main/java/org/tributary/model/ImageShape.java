package org.tributary.model;

/**
 * The images that a model takes: float32 [channels, height, width].
 *
 * @param channels 1 for grey, 3 for red, green and blue
 * @param height pixels
 * @param width pixels
 */
public record ImageShape(int channels, int height, int width) {}
