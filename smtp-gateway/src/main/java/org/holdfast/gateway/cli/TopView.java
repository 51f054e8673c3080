package org.holdfast.gateway.cli;

import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How somebody looks at {@code top} now. Used by one thread. */
final class TopView {

  /** The order of the pairs. */
  enum Sort {
    NAME,
    HELD,
    OLDEST,
    RATE;

    Comparator<JsonNode> order() {
      Comparator<JsonNode> byName = Comparator.comparing(pair -> Answers.text(pair, "name"));
      return switch (this) {
        case NAME -> byName;
        case HELD -> descending("held").thenComparing(byName);
        case OLDEST -> Comparator.comparing(Sort::oldest).thenComparing(byName);
        case RATE -> descending("ratePerSecond").thenComparing(byName);
      };
    }

    private static Comparator<JsonNode> descending(String key) {
      return Comparator.comparingDouble(pair -> -pair.path(key).asDouble(0));
    }

    /** A pair without any comes last. */
    private static String oldest(JsonNode pair) {
      String oldest = Answers.text(pair, "oldest");
      return oldest.isEmpty() ? "~" : oldest;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    Sort next() {
      return switch (this) {
        case NAME -> HELD;
        case HELD -> OLDEST;
        case OLDEST -> RATE;
        case RATE -> NAME;
      };
    }
  }

  private Sort sort = Sort.NAME;
  private int scroll;
  private boolean paused;
  private boolean help;
  private @Nullable String trouble;

  Sort sort() {
    return sort;
  }

  /** Lines of the body that are above the screen. */
  int scroll() {
    return scroll;
  }

  boolean paused() {
    return paused;
  }

  boolean help() {
    return help;
  }

  /** Why the gateway cannot be asked; null: it can. */
  @Nullable String trouble() {
    return trouble;
  }

  void trouble(@Nullable String why) {
    trouble = why;
  }

  /** Takes a key; false: somebody wants to go. */
  boolean press(Key key) {
    switch (key) {
      case QUIT -> {
        return false;
      }
      case UP -> scroll = Math.max(0, scroll - 1);
      case DOWN -> scroll++;
      case PAGE_UP -> scroll = Math.max(0, scroll - 10);
      case PAGE_DOWN -> scroll += 10;
      case SORT -> sort = sort.next();
      case PAUSE -> paused = !paused;
      case HELP -> help = !help;
      case OTHER -> help = false;
    }
    return true;
  }

  /** There are no more lines than so many above. */
  void scrollAtMost(int most) {
    scroll = Math.clamp(scroll, 0, Math.max(0, most));
  }

  /** What a key means. */
  enum Key {
    QUIT,
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    SORT,
    PAUSE,
    HELP,
    OTHER;

    static Key of(int letter) {
      return switch (letter) {
        case 'q', 'Q' -> QUIT;
        case 'k' -> UP;
        case 'j' -> DOWN;
        case ' ' -> PAGE_DOWN;
        case 's' -> SORT;
        case 'p' -> PAUSE;
        case 'h', '?' -> HELP;
        default -> OTHER;
      };
    }

    /** Of what follows ESC [ or ESC O. */
    static Key ofSequence(int letter) {
      return switch (letter) {
        case 'A' -> UP;
        case 'B' -> DOWN;
        case '5' -> PAGE_UP;
        case '6' -> PAGE_DOWN;
        default -> OTHER;
      };
    }
  }
}
