package org.holdfast.holdqueue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What was asked of a queue, what it promised, and what came out of it. A delivery is written as
 * its message's id and its first recipient. Thread-safe by its monitor.
 */
final class QueueBooks {

  /** Acknowledged, by delivery, with where it may be found: one place, or two when in doubt. */
  private final Map<String, Set<String>> stored = new LinkedHashMap<>();

  private final Map<String, Set<String>> asked = new LinkedHashMap<>();
  private final Set<String> waiting = new HashSet<>();
  private final Set<String> parked = new HashSet<>();
  private final Set<String> maybeParked = new HashSet<>();
  private final Set<String> discarded = new HashSet<>();
  private final Set<String> maybeDiscarded = new HashSet<>();
  private final Set<String> moved = new HashSet<>();

  /** What came out, in order: id and address. */
  private final List<String> delivered = new ArrayList<>();

  private final List<String> wrong = new ArrayList<>();

  /** How many had been delivered when the queue was started last. */
  private int before;

  private int refused;

  /** The whole text of a message; each has another length. */
  static String text(String id) {
    int number = Integer.parseInt(id.substring(1));
    return "mail " + id + " " + "x".repeat(number == 4 ? 3_000 : 100 + number * 97 % 700) + " end";
  }

  private static String name(String id, String address) {
    return id + " " + address;
  }

  synchronized void asked(String id, Held.Entry entry, String... to) {
    for (String address : to) {
      asked.put(name(id, address), new LinkedHashSet<>(Set.of(name(id, address))));
      if (entry == Held.Entry.PARKED) {
        parked.add(name(id, address));
        maybeParked.add(name(id, address));
      } else {
        waiting.add(name(id, address));
      }
    }
  }

  synchronized void stored(String id) {
    asked.forEach((name, places) -> {
      if (name.startsWith(id + " ")) {
        stored.put(name, places);
      }
    });
  }

  synchronized void refused() {
    refused++;
  }

  /** Messages that were not taken. */
  synchronized int refusals() {
    return refused;
  }

  synchronized int acknowledged() {
    return stored.size();
  }

  synchronized void askedToPark(String id, String address) {
    maybeParked.add(name(id, address));
    waiting.remove(name(id, address));
  }

  synchronized void parked(String id, String address) {
    parked.add(name(id, address));
  }

  synchronized void askedToRetry(String id, String address) {
    parked.remove(name(id, address));
  }

  /** Nothing waits for a person any more. */
  synchronized void askedToRetryAll() {
    parked.clear();
  }

  synchronized void askedToDiscard(String id, String address) {
    maybeDiscarded.add(name(id, address));
    waiting.remove(name(id, address));
    parked.remove(name(id, address));
  }

  synchronized void discarded(String id, String address) {
    if (stored.containsKey(name(id, address))) {
      discarded.add(name(id, address));
    }
  }

  synchronized void askedToRedirect(String id, String from, String to) {
    moved.add(name(id, to));
    places(id, from).add(name(id, to));
    waiting.remove(name(id, from));
  }

  private Set<String> places(String id, String address) {
    return Objects.requireNonNull(asked.get(name(id, address)));
  }

  /** Done: it is nowhere else any more. */
  synchronized void redirected(String id, String from) {
    places(id, from).remove(name(id, from));
  }

  synchronized void begins() {
    before = delivered.size();
  }

  synchronized void delivered(String id, String address, String text) {
    String name = name(id, address);
    if (!text.equals(text(id))) {
      wrong.add(name + " came with other octets");
    }
    if (discarded.contains(name)) {
      wrong.add(name + " was discarded and came");
    }
    if (parked.contains(name)) {
      wrong.add(name + " was parked and came");
    }
    delivered.add(name);
  }

  /** What must come in a lane that is open and has not come yet. */
  synchronized List<String> missingAt(String lane) {
    return stored.keySet().stream()
        .filter(name -> name.endsWith(" " + lane) && waiting.contains(name))
        .filter(name -> !delivered.contains(name))
        .toList();
  }

  /**
   * After a failed fsync octets can be read that are not on the disk. A restart takes a record
   * among them for good, its index too, and the next power cut takes the record: what nobody was
   * told is safe is then shown as damaged.
   */
  static boolean isPhantom(QueueItem item) {
    return item.delivery().envelope().id().startsWith("damaged-");
  }

  /** What is wrong with what the queue says that it holds. */
  synchronized List<String> compare(EmbeddedHoldQueue queue, boolean duplicatesAllowed)
      throws IOException {
    List<String> complaints = new ArrayList<>();
    Map<String, QueueItem> there = new HashMap<>();
    for (QueueItem item : queue.list(QueueFilter.any(), null, 1000)) {
      String id = item.delivery().envelope().id();
      String name = name(id, item.delivery().recipient().address());
      if (isPhantom(item) && duplicatesAllowed) {
        continue;
      }
      there.put(name, item);
      Optional<Content> content = queue.content(id);
      if (content.isEmpty() || !FakeNextHops.text(content.get()).equals(text(id))) {
        complaints.add(name + " does not read back");
      }
      if (asked.values().stream().noneMatch(places -> places.contains(name))) {
        complaints.add(name + " was never asked for");
      }
      if (discarded.contains(name)) {
        complaints.add(name + " was discarded and is there");
      }
      if (delivered.contains(name) && !duplicatesAllowed) {
        complaints.add(name + " was delivered and is there");
      }
    }
    stored.forEach((name, places) -> {
      boolean gone = maybeDiscarded.contains(name) || places.stream().anyMatch(delivered::contains);
      if (!gone && places.stream().noneMatch(there::containsKey)) {
        complaints.add(name + " was acknowledged and is not there");
      }
      QueueItem item = there.get(name);
      if (item != null && parked.contains(name) && item.state() != DeliveryState.PARKED) {
        complaints.add(name + " was parked and is " + item.state());
      }
      if (item != null && !maybeParked.contains(name) && item.state() == DeliveryState.PARKED) {
        complaints.add(name + " is parked: " + item.lastReply());
      }
      boolean byAPerson = parked.contains(name) && name.startsWith("s3 ");
      if (item != null && byAPerson && !item.lastReply().equals("look at s3")) {
        complaints.add(name + " does not know why: " + item.lastReply());
      }
    });
    return complaints;
  }

  /** What is wrong after everything was released. */
  synchronized List<String> atTheEnd(boolean duplicatesAllowed) {
    List<String> complaints = new ArrayList<>(wrong);
    stored.forEach((name, places) -> {
      if (places.stream().noneMatch(delivered::contains) && !maybeDiscarded.contains(name)) {
        complaints.add(name + " never came");
      }
    });
    if (!duplicatesAllowed && duplicates() > 0) {
      complaints.add("twice: " + delivered);
    }
    checkOrder(delivered, complaints);
    checkOrder(delivered.subList(before, delivered.size()), complaints);
    return complaints;
  }

  /** First copies of a lane come in the order of acceptance; acts give some another place. */
  private void checkOrder(List<String> came, List<String> complaints) {
    Map<String, String> last = new HashMap<>();
    for (String name : new LinkedHashSet<>(came)) {
      if (moved.contains(name) || maybeParked.contains(name)) {
        continue;
      }
      String id = name.substring(0, name.indexOf(' '));
      String previous = last.put(name.substring(name.indexOf(' ')), id);
      if (previous != null && previous.compareTo(id) > 0) {
        complaints.add(name + " came after " + previous);
      }
    }
  }

  synchronized int duplicates() {
    return delivered.size() - new HashSet<>(delivered).size();
  }

  @Override
  public synchronized String toString() {
    return "acknowledged " + stored.keySet() + ", delivered " + delivered;
  }
}
