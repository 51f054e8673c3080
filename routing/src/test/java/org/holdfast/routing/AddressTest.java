package org.holdfast.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "alice@example.com, alice@example.com",
        "Alice@EXAMPLE.Com, alice@example.com",
        "TITLE@example.com, title@example.com",
        "a.b+c@example.com, a.b+c@example.com",
        "\"alice\"@example.com, alice@example.com",
        "\"Alice Smith\"@example.com, \"alice smith\"@example.com",
        "\"a\\\"b\"@example.com, \"a\\\"b\"@example.com",
        "\"a\\b\"@example.com, ab@example.com",
        "\"a@b\"@example.com, \"a@b\"@example.com",
        "\"a\\\\\"@example.com, \"a\\\\\"@example.com",
        "J\u00DCrgen@example.com, j\u00FCrgen@example.com",
        "Ju\u0308rgen@example.com, j\u00FCrgen@example.com",
        "info@B\u00DCcher.example, info@xn--bcher-kva.example",
        "info@XN--BCHER-KVA.example, info@xn--bcher-kva.example",
        "@Example.ORG, @example.org",
        "a@localhost, a@localhost",
      })
  void address_anySpelling_isCanonical(String written, String canonical) {
    assertThat(Address.parse(written)).hasToString(canonical);
    assertThat(Address.parse(canonical)).hasToString(canonical).isEqualTo(Address.parse(written));
  }

  /** docs/addresses.md, "The domain". */
  @ParameterizedTest
  @CsvSource({
    "stra\u00DFe.example, xn--strae-oqa.example",
    "STRA\u1E9EE.example, xn--strae-oqa.example",
    "xn--strae-oqa.example, xn--strae-oqa.example",
    "fa\u00DF.example, xn--fa-hia.example",
    "\u03B2\u03CC\u03BB\u03BF\u03C2.example, xn--nxasmm1c.example",
    "\u03B2\u03CC\u03BB\u03BF\u03C3.example, xn--nxasmq6b.example",
    "B\u00DCCHER.example, xn--bcher-kva.example",
    "bu\u0308cher.example, xn--bcher-kva.example",
    "b\u00FCcher\u3002example, xn--bcher-kva.example",
    "b\u00FCcher\uFF0Eexample, xn--bcher-kva.example",
    "\uFF45xample.example, example.example",
    "\u65E5\u672C\u8A9E.example, xn--wgv71a119e.example",
    // mixed scripts (a Cyrillic a) are another domain, and not our business to judge
    "b\u0430nk.example, xn--bnk-6cd.example",
  })
  void domain_ofAnyScript_isInALabels(String written, String canonical) {
    assertThat(Address.domain(written)).isEqualTo(canonical);
    assertThat(Address.parse("a@" + written)).isEqualTo(Address.parse("a@" + canonical));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u200Db.example", "\u200D.example", "a\u00DF\u200C.example", "\uE000.example",
        "\u00DF\uE000.example", "b\u00FC cher.example", "\u3002example", "\u00FC..example"
      })
  void domain_thatCannotBeConverted_isRefused(String written) {
    assertThatThrownBy(() -> Address.domain(written)).isInstanceOf(IllegalArgumentException.class);
  }

  /** docs/addresses.md, "The local part". */
  @ParameterizedTest
  @CsvSource({
    "\u0130pek@example.com, i\u0307pek@example.com",
    "I\u0131@example.com, i\u0131@example.com",
    "STRASSE@example.com, strasse@example.com",
    "stra\u00DFe@example.com, stra\u00DFe@example.com",
    "\u039F\u0394\u039F\u03A3@example.com, \u03BF\u03B4\u03BF\u03C2@example.com",
    "\uFF41@example.com, \uFF41@example.com",
    "\u0410\u043D\u043D\u0430@example.com, \u0430\u043D\u043D\u0430@example.com",
    "\u8001\u5E2B@example.com, \u8001\u5E2B@example.com",
  })
  void localPart_ofAnyScript_isInLowerCaseAndKept(String written, String canonical) {
    assertThat(Address.parse(written)).hasToString(canonical);
    assertThat(Address.parse(canonical)).hasToString(canonical);
    assertThat(Address.parse(written).deliverable("+")).isEqualTo(canonical);
  }

  @ParameterizedTest
  @CsvSource({"64, true", "65, false"})
  void entry_localPart_isBounded(int length, boolean fine) {
    String address = "l".repeat(length) + "@example.com";
    assertThat(Address.parse(address)).as("a recipient may be longer").hasToString(address);
    if (fine) {
      assertThat(Address.ofEntry(address)).hasToString(address);
    } else {
      assertThatThrownBy(() -> Address.ofEntry(address)).hasMessageContaining("64");
      String umlauts = "\u00FC".repeat(33) + "@example.com";
      assertThatThrownBy(() -> Address.ofEntry(umlauts)).hasMessageContaining("64");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "alice",
        "alice@",
        "@",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a b@example.com",
        "a@b@example.com",
        "\"@example.com",
        "\"\"@example.com",
        "\"a@example.com",
        "\"a\"b\"@example.com",
        "\"a\\\"@example.com",
        "\"a\nb\"@example.com",
        "a\u0000@example.com",
        "a@example..com",
        "a@.example.com",
        "a@example.com.",
        "a@-example.com",
        "a@exa_mple.com",
        "a@exa mple.com",
        "a@[192.0.2.1]",
        "<a@example.com>",
        "a@example.com\r\nDATA",
        "\uD800@example.com",
        "a@\uD800.example",
      })
  void address_nonsense_isRefusedInWords(String written) {
    assertThatThrownBy(() -> Address.parse(written))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContainPattern("\\p{Cntrl}");
  }

  @ParameterizedTest
  @CsvSource({"63, true", "64, false"})
  void address_labelLength_isBounded(int length, boolean fine) {
    String address = "a@" + "x".repeat(length) + ".example";
    if (fine) {
      assertThat(Address.parse(address)).hasToString(address);
    } else {
      assertThatThrownBy(() -> Address.parse(address)).hasMessageContaining("63");
    }
  }

  @ParameterizedTest
  @CsvSource({"-1, true", "0, true", "1, false"})
  void address_length_isBounded(int beyond, boolean fine) {
    String tail = "@example.com";
    String address = "a".repeat(Address.MAX_OCTETS + beyond - tail.length()) + tail;
    if (fine) {
      assertThat(Address.parse(address)).hasToString(address);
    } else {
      assertThatThrownBy(() -> Address.parse(address)).hasMessageContaining("320");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Alice+Lists@EXAMPLE.com, alice@example.com, +Lists, alice+Lists@example.com",
    "Alice@example.com, alice@example.com, '', alice@example.com",
    "+a@example.com, +a@example.com, '', +a@example.com",
    "a+b+c@example.com, a@example.com, +b+c, a+b+c@example.com",
  })
  void subaddress_isKeptAsWritten(String written, String plain, String detail, String deliverable) {
    Address address = Address.parse(written);
    assertThat(address.withoutDetail("+")).hasToString(plain);
    assertThat(address.detail("+")).isEqualTo(detail);
    assertThat(address.deliverable("+")).isEqualTo(deliverable);
  }

  /** One pass for what is canonical already must say what the long way says. */
  @Test
  void parse_random_sameInUpperAndLowerCase() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 50_000; i++) {
      StringBuilder text = new StringBuilder("a");
      for (int length = random.nextInt(90); length > 0; length--) {
        int piece = random.nextInt(40);
        text.append(piece < 16 ? "a.b-c@d_e+f=g.h@".charAt(piece) : 'x');
      }
      String lower = text.toString();
      assertThat(parsed(lower))
          .as("seed " + seed + ": " + lower)
          .isEqualTo(parsed("A" + lower.substring(1)));
    }
  }

  private static String parsed(String text) {
    try {
      Address address = Address.parse(text);
      return address + " " + address.local() + " " + address.domain();
    } catch (IllegalArgumentException _) {
      return "refused";
    }
  }
}
