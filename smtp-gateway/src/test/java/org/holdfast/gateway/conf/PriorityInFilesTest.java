package org.holdfast.gateway.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.Standing;
import org.holdfast.routing.User;
import org.holdfast.routing.UserState;
import org.junit.jupiter.api.Test;

/** A user's priority in map files. */
class PriorityInFilesTest {

  private static final List<User> USERS =
      List.of(user("a@x.org", 1000), user("b@x.org", -3), user("c@x.org", 0));

  private static User user(String address, int priority) {
    Standing none = new Standing("", Instant.EPOCH, "", 1);
    return new User(address, "p", UserState.ACTIVE, null, priority, none);
  }

  private static List<UserChange> csv(String text) throws Exception {
    List<UserChange> users = new ArrayList<>();
    UserCsv.read("u.csv", new BufferedReader(new StringReader(text)), "p"::equals, users::add);
    return users;
  }

  @Test
  void yaml_dumpedAndRead_isTheSame() throws Exception {
    StringBuilder text = new StringBuilder();
    new MapDump(text).users(USERS);
    List<UserChange> read =
        MapFile.read("m.yaml", new StringReader(text.toString()), "p"::equals).users();
    assertThat(read).extracting(UserChange::priority).containsExactly(1000, -3, null);
    assertThat(text.toString()).contains("priority: -3 }").doesNotContain("priority: 0");
  }

  @Test
  void ndjson_saysItWhenItIsNotZero() throws Exception {
    StringBuilder text = new StringBuilder();
    new NdjsonDump(text).users(USERS);
    assertThat(text.toString().lines().toList().get(1))
        .isEqualTo("{\"user\":\"b@x.org\",\"pair\":\"p\",\"state\":\"active\",\"priority\":-3}");
    assertThat(text.toString().lines().toList().get(2)).doesNotContain("priority");
  }

  @Test
  void csv_columnPriority_isRead_andEmptySaysNothing() throws Exception {
    assertThat(csv("address,pair,state,priority\na@x.org,p,,10\nb@x.org,p,active,\n"))
        .extracting(UserChange::priority)
        .containsExactly(10, null);
  }

  @Test
  void priority_noNumberOrOutOfBounds_isRefusedWithItsLine() {
    for (String wrong : List.of("high", "1001", "-1001", "1.5")) {
      assertThatThrownBy(() -> csv("address,pair,priority\na@x.org,p," + wrong + "\n"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("u.csv:2: not a priority (-1000 to 1000): " + wrong);
      String yaml = "users:\n  - { address: a@x.org, pair: p, priority: " + wrong + " }\n";
      assertThatThrownBy(() -> MapFile.read("m.yaml", new StringReader(yaml), "p"::equals))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("m.yaml:2: users[1].priority: not a priority");
    }
  }
}
