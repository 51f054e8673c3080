package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MapWordsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a@b",
        "@example.com",
        "Some.One-2_3@Sub-domain.example",
        "a+b@example.com",
        "\"a b\"@example.com",
        "j\u00f6rg@b\u00fccher.example",
      })
  void address_isTaken(String text) {
    assertThat(MapWords.address(text)).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "a", "a@", "a@.", "a@b.", "a@.b", "a@b..c", "a@b@c", "a b@c", "a@b c", "a@b/c"
      })
  void address_thatIsNone_isRefused(String text) {
    assertThatThrownBy(() -> MapWords.address(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void address_tooLong_isRefused() {
    String local = "l".repeat(64);
    String label = "d".repeat(63);
    assertThat(MapWords.address(local + "@" + label)).isNotEmpty();
    assertThatThrownBy(() -> MapWords.address("l" + local + "@" + label))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MapWords.address(local + "@d" + label))
        .isInstanceOf(IllegalArgumentException.class);
    String domain = String.join(".", label, label, label, "d".repeat(61));
    assertThat(MapWords.address("a@" + domain)).isNotEmpty();
    assertThatThrownBy(() -> MapWords.address("a@" + domain + ".e"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void name_random_isWhatThePatternSays() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    Pattern pattern = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int length = random.nextInt(70); length > 0; length--) {
        text.append("abcXYZ019-_.".charAt(random.nextInt(12)));
      }
      if (random.nextInt(4) == 0) {
        text.append("/ \u00e9@".charAt(random.nextInt(4)));
      }
      boolean taken = taken(text.toString());
      assertThat(taken).as(text + " seed " + seed).isEqualTo(pattern.matcher(text).matches());
    }
  }

  private static boolean taken(String name) {
    try {
      return MapWords.name(name).equals(name);
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
