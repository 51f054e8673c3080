package org.holdfast.routing;

import java.io.IOException;
import java.util.List;
import org.holdfast.routing.Routing.DomainHold;

/**
 * Takes a map piece by piece, in the order of these methods; each may be called any number of
 * times. Used by one thread.
 */
public interface MapSink {

  void pairs(List<Pair> pairs) throws IOException;

  /** Declared domains, sorted. */
  void domains(List<String> page) throws IOException;

  /** Domains, and "*" for everything, that are on hold. */
  void holds(List<DomainHold> holds) throws IOException;

  /** Users in the order of their domains, then of their local parts; octet by octet. */
  void users(List<User> page) throws IOException;

  /** Aliases in the same order. */
  void aliases(List<Alias> page) throws IOException;
}
