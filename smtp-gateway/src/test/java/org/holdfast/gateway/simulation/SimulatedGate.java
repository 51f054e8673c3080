package org.holdfast.gateway.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.holdfast.holdqueue.simulation.Agenda;
import org.holdfast.routing.Entry;
import org.holdfast.routing.Gatekeeper;
import org.holdfast.routing.Location;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Permit;

/**
 * The real gate. At each of its doors somebody else may do something first, as another thread
 * could; the map may be out of reach, or not have the answer in memory.
 */
final class SimulatedGate implements Gatekeeper {

  private final World world;
  private final Gatekeeper real;
  private final Runnable meanwhile;
  private final Set<Permit> permits = new LinkedHashSet<>();

  /**
   * @param meanwhile what another thread does at a door
   */
  SimulatedGate(World world, Gatekeeper real, Runnable meanwhile) {
    this.world = world;
    this.real = real;
    this.meanwhile = meanwhile;
  }

  private void mustBeUp() throws MapUnavailableException {
    if (world.mapDown) {
      throw new MapUnavailableException("the map is down, as simulated", null);
    }
  }

  @Override
  public Location locate(String address) throws MapUnavailableException {
    mustBeUp();
    return real.locate(address);
  }

  @Override
  public Optional<Location> locateAtOnce(String address) {
    return Optional.empty();
  }

  @Override
  public Entry look(String mailbox) throws MapUnavailableException {
    mustBeUp();
    return real.look(mailbox);
  }

  @Override
  public Entry enter(String mailbox, String what) throws MapUnavailableException {
    mustBeUp();
    if (world.broken == Broken.STATE_READ_FIRST) {
      Entry seen = real.look(mailbox);
      meanwhile.run();
      return watched(seen);
    }
    meanwhile.run();
    Entry entry = watched(real.enter(mailbox, what));
    meanwhile.run();
    return entry;
  }

  @Override
  public Optional<Entry> enterAtOnce(String mailbox, String what) {
    Agenda agenda = world.agenda;
    if (world.mapDown || agenda.chance(30) || world.broken == Broken.STATE_READ_FIRST) {
      return Optional.empty();
    }
    meanwhile.run();
    try {
      Entry _ = real.look(mailbox); // now it is in memory, whatever an earlier seed has left there
    } catch (MapUnavailableException e) {
      throw new IllegalStateException(e);
    }
    Optional<Entry> entry = real.enterAtOnce(mailbox, what).map(this::watched);
    meanwhile.run();
    return entry;
  }

  private Entry watched(Entry entry) {
    if (!(entry instanceof Entry.Go(Permit permit))) {
      return entry;
    }
    if (world.broken == Broken.PERMIT_TOO_SHORT) {
      permit.close();
    }
    Watched watched = new Watched(permit);
    permits.add(watched);
    return new Entry.Go(watched);
  }

  int open() {
    return permits.size();
  }

  /** The process that had them is dead. */
  void closeAll() {
    List.copyOf(permits).forEach(permit -> ((Watched) permit).end());
  }

  private final class Watched implements Permit {

    private final Permit permit;

    Watched(Permit permit) {
      this.permit = permit;
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
      if (world.broken != Broken.PERMIT_KEPT || !world.agenda.chance(5)) {
        end();
      }
    }

    private void end() {
      permits.remove(this);
      permit.close();
    }
  }
}
