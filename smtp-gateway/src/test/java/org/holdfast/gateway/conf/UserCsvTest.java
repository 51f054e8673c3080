package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.Reader;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Standing;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserCsvTest {

  @Test
  void lines_wellFormed_areHandedOutInOrder() throws Exception {
    List<UserChange> users = read("\uFEFFaddress,pair,state\r\nb@x.org,p,\r\n\r\n@x.org,p,closed");

    assertThat(users)
        .containsExactly(
            new UserChange("b@x.org", null, "p", null),
            new UserChange("@x.org", UserState.CLOSED, "p", null));
  }

  @Test
  void furtherColumns_inAnyOrder_areRead() throws Exception {
    assertThat(
            read("address,pair,reason,state,to\na@x.org,p,\"raid, dead\",moving,p\nb@x.org,p,,,"))
        .containsExactly(
            new UserChange("a@x.org", UserState.MOVING, "p", "p", "raid, dead", null),
            new UserChange("b@x.org", null, "p", null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|u.csv:1: the first line must be address,pair,state",
        "mail,pair|u.csv:1: the first line must be address,pair,state",
        "address,pair;a@x.org,p,x|u.csv:2: 2 fields are expected, not 3",
        "address,pair,state;a@x.org,p,active;b@x.org,q,|u.csv:3: there is no pair q",
        "address,pair,state;a.x.org,p,|u.csv:2: not an address: a.x.org: has no @",
        "address,pair,state;a@x.org,p,away|u.csv:2: not a state (active, moving, recovering, closed): away",
        "address,pair,state;a@x.org,p,;A@x.org,p,|u.csv:3: A@x.org stands here twice",
        "address,pair,state,to;a@x.org,p,active,p|u.csv:2: to is said with moving or recovering only",
        "address,pair,state,to;a@x.org,p,moving,q|u.csv:2: there is no pair q",
        "address,pair,to,to;a@x.org,p,,|u.csv:1: the first line must be address,pair,state",
        "address,pair,size;a@x.org,p,1|u.csv:1: the first line must be address,pair,state",
        "address,pair,state;\"a@x.org,p,|u.csv:2: a quote is not closed",
        "address,pair,state;\"a@x.org\"z,p,|u.csv:2: something follows a closing quote",
      })
  void badLine_named_byNumber(String text, String complaint) {
    assertThatThrownBy(() -> read(text.replace(';', '\n'))).hasMessage(complaint);
  }

  @Test
  void line_atItsLimit_isRead_andOneMore_isRefused() {
    String header = "address,pair,state\n";
    assertThatThrownBy(() -> read(header + "a".repeat(UserCsv.MAX_LINE)))
        .hasMessageContaining("3 fields are expected");
    assertThatThrownBy(() -> read(header + "a".repeat(UserCsv.MAX_LINE + 1)))
        .hasMessageContaining("a line of more than 2048 characters");
  }

  @Test
  void badLines_areNamedTogether_andTheRightOnesAreHandedOut() {
    List<String> handedOut = new ArrayList<>();
    String text =
        "address,pair\na@x.org,p\nx,p\n" + "z".repeat(5000) + "\nb@x.org,p\na@x.org,p\nc@x.org,q";
    assertThatThrownBy(() ->
            UserCsv.read(
                "u.csv",
                new BufferedReader(new StringReader(text)),
                "p"::equals,
                user -> handedOut.add(user.address())))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e ->
                assertThat(e.lines())
                    .containsExactly(
                        "u.csv:3: not an address: x: has no @",
                        "u.csv:4: a line of more than 2048 characters",
                        "u.csv:6: a@x.org stands here twice",
                        "u.csv:7: there is no pair q"));
    assertThat(handedOut).containsExactly("a@x.org", "b@x.org");
  }

  @ParameterizedTest
  @CsvSource({"20, 20, u.csv:21: not an address: x: has no @", "21, 21, and 1 more"})
  void badLines_atTheLimitAndOneMore_areCounted(int bad, int lines, String last) {
    assertThatThrownBy(() -> read("address,pair\n" + "x,p\n".repeat(bad)))
        .isInstanceOfSatisfying(
            ConfigurationException.class, e -> assertThat(e.lines()).hasSize(lines).endsWith(last));
  }

  @Test
  void manyLines_areReadWithoutAFile() throws Exception {
    int lines = 200_000;
    long read =
        UserCsv.read("u.csv", new BufferedReader(new ManyUsers(lines)), pair -> true, user -> {});

    assertThat(read).isEqualTo(lines);
  }

  @Test
  void dump_readBack_isTheSame() throws Exception {
    Standing none = new Standing("", Instant.EPOCH, "", 0);
    StringBuilder text = new StringBuilder();

    new CsvDump(text).users(List.of(new User("\"a,b\"@x.org", "p", UserState.RECOVERING, none)));

    assertThat(read(text.toString()))
        .containsExactly(new UserChange("\"a,b\"@x.org", UserState.RECOVERING, "p", null));
  }

  private static List<UserChange> read(String text) throws Exception {
    List<UserChange> users = new ArrayList<>();
    UserCsv.read("u.csv", new BufferedReader(new StringReader(text)), "p"::equals, users::add);
    return users;
  }

  /** A file of this many users that is nowhere as a whole. */
  private static final class ManyUsers extends Reader {
    private final int lines;
    private int line;
    private String rest = "address,pair,state\n";

    ManyUsers(int lines) {
      this.lines = lines;
    }

    @Override
    public int read(char[] buffer, int offset, int length) {
      if (rest.isEmpty()) {
        if (line == lines) {
          return -1;
        }
        rest = "user" + line++ + "@example.com,imap5-6,active\n";
      }
      int n = Math.min(length, rest.length());
      rest.getChars(0, n, buffer, offset);
      rest = rest.substring(n);
      return n;
    }

    @Override
    public void close() {}
  }
}
