package org.holdfast.gateway.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.conf.UsersFile;
import org.holdfast.gateway.tls.Credentials;

/** The files that a door names, as {@code check} looks at them: certificates and accounts. */
final class DoorCheck {

  private static final Duration ENDS_SOON = Duration.ofDays(14);

  private DoorCheck() {}

  /**
   * What is no error but should be known.
   *
   * @param name of the door
   * @throws ConfigurationException what cannot be used: file and reason
   */
  static List<String> warnings(Path config, String name, Settings.Door door, Instant now)
      throws ConfigurationException {
    List<String> warnings = new ArrayList<>();
    Optional<Settings.Tls> tls = door.tls();
    if (tls.isPresent()) {
      Instant end = read(config, name, tls.get()).notAfter();
      if (end.isBefore(now.plus(ENDS_SOON))) {
        warnings.add(
            name
                + ".tls: the certificate "
                + (end.isBefore(now) ? "has ended" : "ends")
                + " at "
                + end);
      }
    }
    if (door.auth().users().isPresent()) {
      int accounts = UsersFile.read(door.auth().users().get()).size();
      if (accounts == 0) {
        warnings.add(name + ".auth.users: there is no account in it");
      }
      if (tls.isEmpty()) {
        warnings.add(name + ".auth.users: without tls.certificate PLAIN is never offered");
      }
    }
    return warnings;
  }

  private static Credentials read(Path config, String name, Settings.Tls tls)
      throws ConfigurationException {
    try {
      if (tls.clientCa().isPresent()) {
        var _ = Credentials.authorities(tls.clientCa().get());
      }
      return Credentials.read(tls.certificate(), tls.key());
    } catch (IOException e) {
      throw SettingsFile.wrong(config, name, "tls", String.valueOf(e.getMessage()));
    }
  }
}
