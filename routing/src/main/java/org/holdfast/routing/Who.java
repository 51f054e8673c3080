package org.holdfast.routing;

/** Who changes something and why, as kept with the change. {@code reason} may be empty. */
public record Who(String name, String reason) {}
