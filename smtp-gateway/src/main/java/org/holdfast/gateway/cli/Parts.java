package org.holdfast.gateway.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/**
 * Makes the parts of commands that need to know what is around them; leaves the rest to picocli.
 */
final class Parts implements IFactory {

  private final Surroundings surroundings;
  private final IFactory others = CommandLine.defaultFactory();

  Parts(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (type == ClientOptions.class) {
      return type.cast(new ClientOptions(surroundings));
    }
    return others.create(type);
  }
}
