package org.holdfast.routing;

import java.util.List;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;

/**
 * What is to be loaded at once, in any spelling; a map file as it was read. Of a standing only the
 * reason counts.
 *
 * @param pairs one that is on hold is put on hold; one that is not stays as it is
 * @param domains to be declared
 * @param holds domains, or "*" for everything, to be put on hold
 */
public record MapContents(
    List<Pair> pairs,
    List<String> domains,
    List<DomainHold> holds,
    List<UserChange> users,
    List<Alias> aliases) {

  /** Pairs, users and aliases alone. */
  public MapContents(List<Pair> pairs, List<UserChange> users, List<Alias> aliases) {
    this(pairs, List.of(), List.of(), users, aliases);
  }
}
