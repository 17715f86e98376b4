package org.tributary.config;

/** The settings of a method without keys. */
public record NoSettings() {}
