package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.demo.DemoGateway;
import org.jspecify.annotations.Nullable;

/** The gateway of the demo: the real one, in the demo's own process. */
public final class InProcess implements DemoGateway {

  private @Nullable Gateway gateway;
  private @Nullable Path operatorToken;

  @Override
  public void start(Path configuration) throws Exception {
    Settings settings = SettingsFile.read(configuration);
    gateway = Gateway.start(settings, configuration);
    operatorToken = settings.operatorToken();
  }

  @Override
  public InetSocketAddress smtp() {
    return running().smtp();
  }

  @Override
  public URI admin() {
    return running().admin();
  }

  @Override
  public String operatorToken() {
    try {
      return Files.readString(Objects.requireNonNull(operatorToken, "not started")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    if (gateway != null) {
      gateway.close();
      gateway = null;
    }
  }

  private Gateway running() {
    return Objects.requireNonNull(gateway, "not started");
  }
}
