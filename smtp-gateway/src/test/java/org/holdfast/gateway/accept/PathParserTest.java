package org.holdfast.gateway.accept;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathParserTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<a@b.example>|a@b.example",
        "<a.b+c@localhost>|a.b+c@localhost",
        "<!#$%&'*+-/=?^_{}~@x>|!#$%&'*+-/=?^_{}~@x",
        "<\"quoted local\"@x.org>|\"quoted local\"@x.org",
        "<\"a\\\"b\\@\"@x.org>|\"a\\\"b\\@\"@x.org",
        "<\"a@b>c\"@x.org>|\"a@b>c\"@x.org",
        "<a@[192.0.2.1]>|a@[192.0.2.1]",
        "<a@[IPv6:2001:db8::1]>|a@[IPv6:2001:db8::1]",
        "<@relay1.example,@relay2.example:a@b.example>|a@b.example",
        "<postmaster>|postmaster",
        "<a@my_host.example>|a@my_host.example",
        "<j\u00fcrgen@m\u00fcller.example>|j\u00fcrgen@m\u00fcller.example",
      })
  void path_good_isTheMailboxAsSpelt(String path, String mailbox) {
    assertThat(new PathParser(path, 0).path()).isEqualTo(mailbox);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<",
        "a@b",
        "<a@b",
        "a@b>",
        "<a@>",
        "<@b>",
        "<a@b@c>",
        "<a..b@c>",
        "<.a@c>",
        "<a.@c>",
        "<a@-b.c>",
        "<a@b-.c>",
        "<a@b..c>",
        "<a@.b>",
        "<a@b.>",
        "<a b@c>",
        "<a@b c>",
        "<\"a@c>",
        "<\"a\"b@c>",
        "<a@[1.2.3]>",
        "<a@[1.2.3.4>",
        "<a@[IPv6:1::%eth0]>",
        "<a@[::1]>",
        "<@relay:>",
        "<@relay,a@b>",
        "<<a@b>>",
        "<a\u0001@b>",
        "<a\u0085@b>",
        "< >",
        "<a@b\u007f>"
      })
  void path_bad_isNone(String path) {
    assertThat(new PathParser(path, 0).path()).isNull();
  }

  @Test
  void path_nullReversePath_isEmpty() {
    assertThat(new PathParser("<>", 0).path()).isEmpty();
  }

  @Test
  void path_international_saysSo() {
    PathParser parser = new PathParser("<j\u00fcrgen@x.org>", 0);
    assertThat(parser.path()).isNotNull();
    assertThat(parser.international()).isTrue();
    PathParser plain = new PathParser("<a@x.org>", 0);
    assertThat(plain.path()).isNotNull();
    assertThat(plain.international()).isFalse();
  }

  @Test
  void path_aroundTheLimit_isRefusedAboveItOnly() {
    String domain = "@" + "d".repeat(49) + ".example";
    String longest = "l".repeat(Limits.ADDRESS - domain.length()) + domain;
    assertThat(new PathParser("<" + longest + ">", 0).path()).isEqualTo(longest);
    assertThat(new PathParser("<l" + longest + ">", 0).path()).isNull();
  }
}
