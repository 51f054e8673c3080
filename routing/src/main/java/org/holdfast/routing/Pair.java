package org.holdfast.routing;

import java.util.List;

/**
 * Two backends (or one, or more) that hold the same mailboxes; one of them is active.
 *
 * @param active name of the active member
 * @param onHold everything for this pair is held
 */
public record Pair(
    String name, List<Member> members, String active, boolean onHold, Standing standing) {

  public Pair {
    members = List.copyOf(members);
  }

  /** The member that gets the mail. */
  public Member activeMember() {
    return member(active);
  }

  /** The member of this name. */
  public Member member(String member) {
    for (Member m : members) {
      if (m.name().equals(member)) {
        return m;
      }
    }
    throw new IllegalArgumentException("pair " + name + " has no member " + member);
  }
}
