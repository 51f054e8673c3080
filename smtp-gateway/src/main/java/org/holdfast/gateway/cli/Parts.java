package org.holdfast.gateway.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Makes the parts of commands that need the environment or the person there; leaves the rest to
 * picocli.
 */
final class Parts implements IFactory {

  private final Map<String, String> environment;
  private final Person person;
  private final IFactory others = CommandLine.defaultFactory();

  Parts(Map<String, String> environment, Person person) {
    this.environment = Map.copyOf(environment);
    this.person = person;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (type == ClientOptions.class) {
      return type.cast(new ClientOptions(environment, person));
    }
    return others.create(type);
  }
}
