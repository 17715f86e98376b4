package org.tributary.config;

/** The settings of a method without keys of its own. */
public record NoSettings() {}
