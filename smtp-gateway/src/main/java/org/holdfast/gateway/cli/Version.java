package org.holdfast.gateway.cli;

import picocli.CommandLine.IVersionProvider;

/** Answers {@code --version} from the jar's manifest. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"holdfast " + (version == null ? "(built from sources)" : version)};
  }
}
