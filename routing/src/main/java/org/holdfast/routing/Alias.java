package org.holdfast.routing;

/**
 * Mail to {@code from} goes to {@code to}: both full addresses, or both {@code @domain} for a whole
 * domain. Canonical form.
 */
public record Alias(String from, String to) {}
