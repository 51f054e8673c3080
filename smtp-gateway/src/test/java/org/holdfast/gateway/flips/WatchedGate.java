package org.holdfast.gateway.flips;

import java.util.List;
import java.util.Optional;
import org.holdfast.gateway.flips.Conductor.Stop;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Gatekeeper;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Permit;

/** The real gate, with a stop before it is asked, one after, and one after a permit is closed. */
final class WatchedGate implements Gatekeeper {

  private final Gatekeeper real;
  private final Conductor conductor;
  private final Broken broken;
  private final boolean fromQueue;

  /**
   * @param fromQueue asked by what takes mail out of lanes
   */
  WatchedGate(Gatekeeper real, Conductor conductor, Broken broken, boolean fromQueue) {
    this.real = real;
    this.conductor = conductor;
    this.broken = broken;
    this.fromQueue = fromQueue;
  }

  @Override
  public Location locate(String address) throws MapUnavailableException {
    return real.locate(address);
  }

  @Override
  public Optional<Location> locateAtOnce(String address) {
    return real.locateAtOnce(address);
  }

  @Override
  public Entry look(String mailbox) throws MapUnavailableException {
    return real.look(mailbox);
  }

  @Override
  public Entry enter(String mailbox, String what) throws MapUnavailableException {
    if (broken == Broken.STATE_READ_FIRST) {
      Entry seen = real.look(mailbox);
      reach(Point.ENTERING, mailbox, what);
      return entered(seen, mailbox, what);
    }
    reach(Point.ENTERING, mailbox, what);
    return entered(real.enter(mailbox, what), mailbox, what);
  }

  @Override
  public Optional<Entry> enterAtOnce(String mailbox, String what) {
    if (broken == Broken.STATE_READ_FIRST) {
      return Optional.empty();
    }
    reach(Point.ENTERING, mailbox, what);
    return real.enterAtOnce(mailbox, what).map(entry -> entered(entry, mailbox, what));
  }

  private Entry entered(Entry entry, String mailbox, String what) {
    if (!(entry instanceof Entry.Go(Permit permit))) {
      return entry;
    }
    if (broken == Broken.PERMIT_TOO_SHORT) {
      permit.close();
    }
    reach(Point.ENTERED, mailbox, what);
    return new Entry.Go(new Watched(permit, what));
  }

  private void reach(Point point, String mailbox, String what) {
    String id = what.substring(0, what.indexOf(' '));
    conductor.reach(new Stop(id, List.of(mailbox), point, fromQueue));
  }

  private final class Watched implements Permit {

    private final Permit permit;
    private final String what;

    Watched(Permit permit, String what) {
      this.permit = permit;
      this.what = what;
    }

    @Override
    public String mailbox() {
      return permit.mailbox();
    }

    @Override
    public String pair() {
      return permit.pair();
    }

    @Override
    public Member member() {
      return permit.member();
    }

    @Override
    public long epoch() {
      return permit.epoch();
    }

    @Override
    public int priority() {
      return permit.priority();
    }

    @Override
    public void close() {
      permit.close();
      reach(Point.PERMIT_CLOSED, permit.mailbox(), what);
    }
  }
}
