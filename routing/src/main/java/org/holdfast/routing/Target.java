package org.holdfast.routing;

/** What a flip is about. */
public sealed interface Target {

  /** One user of the map (or a domain's catch-all entry). */
  record OfUser(String address) implements Target {}

  record OfPair(String pair) implements Target {}

  record OfDomain(String domain) implements Target {}

  record Everything() implements Target {}
}
