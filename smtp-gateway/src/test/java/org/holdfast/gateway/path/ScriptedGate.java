package org.holdfast.gateway.path;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Gatekeeper;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Permit;
import org.holdfast.routing.Standing;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;

/**
 * A gate that answers as told: every mailbox may go to the pair of its domain unless said
 * otherwise. Counts permits.
 */
final class ScriptedGate implements Gatekeeper {

  final Map<String, String> onHold = new HashMap<>();
  final Map<String, Location> gone = new HashMap<>();
  final List<Permit> open = new ArrayList<>();
  boolean down;

  /** Whether answers are in memory. */
  boolean atOnce;

  @Override
  public Location locate(String address) throws MapUnavailableException {
    failIfDown();
    Location there = new Location.Mailbox(user(address), address, address);
    return gone.getOrDefault(address, there);
  }

  @Override
  public synchronized Entry enter(String mailbox, String what) throws MapUnavailableException {
    Entry answer = look(mailbox);
    if (answer instanceof Entry.Go go) {
      open.add(go.permit());
    }
    return answer;
  }

  @Override
  public Optional<Location> locateAtOnce(String address) {
    try {
      return atOnce ? Optional.of(locate(address)) : Optional.empty();
    } catch (MapUnavailableException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<Entry> enterAtOnce(String mailbox, String what) {
    try {
      return atOnce ? Optional.of(enter(mailbox, what)) : Optional.empty();
    } catch (MapUnavailableException e) {
      return Optional.empty();
    }
  }

  @Override
  public Entry look(String mailbox) throws MapUnavailableException {
    failIfDown();
    Location location = gone.get(mailbox);
    if (location != null) {
      return new Entry.Refuse(location);
    }
    String why = onHold.get(mailbox);
    return why == null ? new Entry.Go(permit(mailbox)) : new Entry.Hold(pair(mailbox), why);
  }

  synchronized int openPermits() {
    return open.size();
  }

  private void failIfDown() throws MapUnavailableException {
    if (down) {
      throw new MapUnavailableException("scripted", new IllegalStateException("scripted"));
    }
  }

  static Member member(String mailbox) {
    return new Member(
        pair(mailbox) + "-a", new HostPort("127.0.0.1", 1000 + pair(mailbox).length()), null);
  }

  private static String pair(String mailbox) {
    return mailbox.substring(mailbox.indexOf('@') + 1);
  }

  static User user(String address) {
    return new User(
        address, pair(address), UserState.ACTIVE, new Standing("", Instant.EPOCH, "test", 1));
  }

  private Permit permit(String mailbox) {
    return new Permit() {
      @Override
      public String mailbox() {
        return mailbox;
      }

      @Override
      public String pair() {
        return ScriptedGate.pair(mailbox);
      }

      @Override
      public Member member() {
        return ScriptedGate.member(mailbox);
      }

      @Override
      public long epoch() {
        return 1;
      }

      @Override
      public int priority() {
        return 0;
      }

      @Override
      public void close() {
        synchronized (ScriptedGate.this) {
          open.remove(this);
        }
      }
    };
  }
}
