package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {

  private static Table table() {
    return new Table("ID", "RECIPIENT", "REPLY")
        .row("1", "alice@example.com", "451 4.4.1 a reply that goes on and on and on")
        .row("2", "日本@example.com", "");
  }

  @Test
  void anyWidth_nothingIsCut() {
    assertThat(table().lines(0))
        .containsExactly(
            "ID  RECIPIENT          REPLY",
            "1   alice@example.com  451 4.4.1 a reply that goes on and on and on",
            "2   日本@example.com");
  }

  @Test
  void narrow_theLastColumnThenTheWidestGiveWay() {
    assertThat(table().lines(40))
        .containsExactly(
            "ID  RECIPIENT          REPLY",
            "1   alice@example.com  451 4.4.1 a repl…",
            "2   日本@example.com");
    assertThat(table().lines(30))
        .containsExactly(
            "ID  RECIPIENT         REPLY", "1   alice@example.c…  451 4.4…", "2   日本@example.com")
        .allSatisfy(line -> assertThat(Columns.of(line)).isLessThanOrEqualTo(30));
  }

  @Test
  void tooNarrow_keepsTheLeastOfEachColumn() {
    assertThat(table().lines(5)).contains("1   alice@e…  451 4.4…");
  }

  @Test
  void wideLetters_takeTwoColumns() {
    assertThat(Columns.of("日本")).isEqualTo(4);
    assertThat(Columns.of("e\u0301")).isEqualTo(1);
    assertThat(Columns.cut("日本語", 5)).isEqualTo("日本…");
    assertThat(Columns.cut("日本語", 4)).isEqualTo("日…");
    assertThat(Columns.cut("日本語", 6)).isEqualTo("日本語");
    assertThat(Columns.fill("日", 4)).isEqualTo("日  ");
    assertThat(Columns.cut("abc", 0)).isEmpty();
    assertThat(Columns.cut("abc", 1)).isEqualTo("…");
  }
}
