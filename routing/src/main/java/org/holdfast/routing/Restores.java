package org.holdfast.routing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for a mailbox that is away, and whose turn it is to be restored: in the order of first
 * login attempts, pair by pair. Thread-safe.
 *
 * <p>A mailbox is away while its user is moving or recovering, or while its pair, its domain or
 * everything is on hold. The first attempt of that time makes a {@link RestoreRequest}; it is on
 * stable storage before it is answered. It ends when the user may log in again, is closed or
 * removed; it outlives restarts, moving and recovering, and another pair.
 */
public interface Restores {

  /**
   * Requests that there may be, 12 to 36 octets of memory each. Whoever comes after so many others
   * is told to wait, and gets no place.
   */
  int MOST = 2_000_000;

  /**
   * Somebody tries to log in. Costs a lookup, mostly in memory; only a request that is made is
   * written, together with those of all who wait to be written at that moment.
   *
   * @param address as it was typed: aliases, subaddresses and catch-alls lead where mail is led
   * @throws MapUnavailableException also when too many wait to be written: try again
   */
  Attempt attempt(String address) throws MapUnavailableException;

  /** This user's place in the order of its pair; null: it has no request. */
  @Nullable Place place(User user) throws MapUnavailableException;

  /**
   * A place in the order of a pair.
   *
   * @param before requests before it
   * @param of requests in all, itself included
   */
  record Place(long before, long of) {}

  /** How many have asked, by pair; pairs without any are left out. */
  Map<String, Long> waiting() throws MapUnavailableException;

  /**
   * A page of those who have asked, in the order of their requests.
   *
   * @param pair null: all pairs
   * @param after the number of the request behind which the page begins; 0: at the first
   */
  List<User> asked(@Nullable String pair, long after, int limit) throws MapUnavailableException;

  /**
   * A page of those who are moving or recovering and have not asked, in the order of addresses.
   *
   * @param after null: at the first
   */
  List<User> notAsked(@Nullable String pair, @Nullable String after, int limit)
      throws MapUnavailableException;

  /** What an attempt comes to. */
  enum Outcome {
    /** Nobody of the map has this address. */
    UNKNOWN,
    /** The mailbox is at hand. */
    GO,
    /** The user is closed. */
    CLOSED,
    /** The mailbox is away. */
    WAIT
  }

  /**
   * One attempt.
   *
   * @param user the entry of the map that answers for the address; null: UNKNOWN. It has a request
   *     when it must WAIT, unless it is being switched to another place at this moment, or there
   *     are {@link #MOST} already
   * @param first this attempt has made the request
   * @param before requests before it, of those who live on the same pair
   */
  record Attempt(Outcome outcome, @Nullable User user, boolean first, long before) {

    static final Attempt OF_NOBODY = new Attempt(Outcome.UNKNOWN, null, false, 0);
  }
}
