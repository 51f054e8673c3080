package org.holdfast.gateway.conf;

import java.io.IOException;
import org.holdfast.routing.Alias;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;

/** Takes a map file's entries, one by one in the order of the file. Used by one thread. */
public interface MapEntries {

  void pair(Pair pair) throws IOException;

  /** A declared domain. */
  void domain(String domain) throws IOException;

  void hold(DomainHold hold) throws IOException;

  void user(UserChange user) throws IOException;

  void alias(Alias alias) throws IOException;
}
