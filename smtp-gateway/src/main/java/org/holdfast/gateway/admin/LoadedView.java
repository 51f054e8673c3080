package org.holdfast.gateway.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.holdfast.routing.Routing.Loaded;
import org.holdfast.routing.Routing.NotQuiesced;
import org.holdfast.routing.Routing.Tally;

/**
 * What a load did, or would do. {@code pairs}, {@code users}, ... count what was written; {@code
 * kinds} says of each kind how many are new, changed, unchanged.
 */
record LoadedView(
    int pairs,
    int users,
    int aliases,
    int domains,
    int holds,
    int unchanged,
    boolean dryRun,
    Map<String, Map<String, Integer>> kinds,
    int notQuiesced,
    List<NotQuiesced> open,
    List<String> changes,
    int warned,
    List<String> warnings) {

  private static Map<String, Integer> count(Tally tally) {
    Map<String, Integer> count = new LinkedHashMap<>();
    count.put("new", tally.created());
    count.put("changed", tally.changed());
    count.put("unchanged", tally.unchanged());
    return count;
  }

  static LoadedView of(Loaded loaded, boolean dryRun) {
    return new LoadedView(
        loaded.pairs().written(),
        loaded.users().written(),
        loaded.aliases().written(),
        loaded.domains().written(),
        loaded.holds().written(),
        unchanged(loaded),
        dryRun,
        Map.of(
            "pairs", count(loaded.pairs()),
            "users", count(loaded.users()),
            "aliases", count(loaded.aliases()),
            "domains", count(loaded.domains()),
            "holds", count(loaded.holds())),
        loaded.notQuiesced(),
        loaded.open(),
        loaded.changes(),
        loaded.warned(),
        loaded.warnings());
  }

  private static int unchanged(Loaded loaded) {
    return loaded.pairs().unchanged()
        + loaded.users().unchanged()
        + loaded.aliases().unchanged()
        + loaded.domains().unchanged()
        + loaded.holds().unchanged();
  }

  /** What the audit log keeps of it. */
  Map<String, Object> brief() {
    return Map.of(
        "pairs", pairs,
        "users", users,
        "aliases", aliases,
        "domains", domains,
        "holds", holds,
        "unchanged", unchanged,
        "notQuiesced", notQuiesced);
  }
}
