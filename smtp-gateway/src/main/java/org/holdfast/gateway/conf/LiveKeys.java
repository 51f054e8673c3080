package org.holdfast.gateway.conf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which keys count as soon as the file is read again, without a restart: here, and nowhere else. In
 * {@code conf/holdfast.yaml} they are marked {@code # live}, and a test compares the two.
 * Everything else needs a restart, and is said to.
 */
public final class LiveKeys {

  /** A key, or a section with all that is in it. */
  private static final Set<String> LIVE =
      Set.of(
          "stop-timeout",
          "smtp.allow",
          "smtp.max-connections-per-client",
          "smtp.command-timeout",
          "smtp.xclient",
          "smtp.rates",
          "lmtp.allow",
          "lmtp.max-connections-per-client",
          "lmtp.command-timeout",
          "lmtp.xclient",
          "lmtp.rates",
          "store.max-bytes",
          "store.min-free",
          "delivery.handoff-timeout",
          "delivery.connect-timeout",
          "delivery.reply-timeout",
          "delivery.deadline",
          "delivery.on-refused",
          "release.rate-per-pair",
          "retry",
          "map.forgotten-after",
          "log.level");

  private LiveKeys() {}

  /** Whether a change of this key counts at once. */
  public static boolean isLive(String key) {
    for (String at = key; !at.isEmpty(); at = at.substring(0, Math.max(0, at.lastIndexOf('.')))) {
      if (LIVE.contains(at)) {
        return true;
      }
    }
    return false;
  }

  /** A key that counts at once, with the texts of its values. */
  public record Taken(String key, String before, String after) {

    @Override
    public String toString() {
      return key + ": " + before + " -> " + after;
    }
  }

  /**
   * What is different.
   *
   * @param restart keys that keep their old value until a restart
   */
  public record Change(List<Taken> live, List<String> restart) {

    /** One line for people. */
    public String line() {
      List<String> parts = new ArrayList<>();
      if (!live.isEmpty()) {
        parts.add(live.stream().map(Taken::toString).collect(Collectors.joining(", ")));
      }
      if (!restart.isEmpty()) {
        parts.add("needs a restart: " + String.join(", ", restart));
      }
      return parts.isEmpty() ? "nothing has changed" : String.join("; ", parts);
    }
  }

  /** From what runs to what was read. */
  public static Change change(Map<String, String> runs, Map<String, String> read) {
    Set<String> keys = new LinkedHashSet<>(read.keySet());
    keys.addAll(runs.keySet());
    List<Taken> live = new ArrayList<>();
    List<String> restart = new ArrayList<>();
    for (String key : keys) {
      String before = runs.getOrDefault(key, "");
      String after = read.getOrDefault(key, "");
      if (before.equals(after)) {
        continue;
      }
      if (isLive(key)) {
        live.add(new Taken(key, before, after));
      } else {
        restart.add(key);
      }
    }
    return new Change(List.copyOf(live), List.copyOf(restart));
  }

  /** What runs afterwards: the live keys as they were read, all others as they ran. */
  public static Map<String, String> applied(Map<String, String> runs, Map<String, String> read) {
    Map<String, String> after = new LinkedHashMap<>(runs);
    after.keySet().removeIf(LiveKeys::isLive);
    read.forEach((key, text) -> {
      if (isLive(key)) {
        after.put(key, text);
      }
    });
    return after;
  }
}
