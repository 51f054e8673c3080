# Sourced by ./holdfast and ./mvnw. find_jdk sets and exports JAVA_HOME to a JDK of at least
# $wanted (to run what is built already, a runtime of that version: jdk_program=java), or says in one line what to install and fails. Looked at, in order: JAVA_HOME, the java on
# the PATH, the usual folders (the newest of them wins).
wanted=25

# Prints the major version of the JDK in this folder; nothing when it is none (a JRE has no javac).
jdk_version() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/${jdk_program:-javac}" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

is_new_enough() {
  version=$(jdk_version "$1")
  [ -n "$version" ] && [ "$version" -ge "$wanted" ]
}

# The folder of the java on the PATH, through its links; fails when there is none.
jdk_on_path() {
  java=$(command -v java 2>/dev/null) || return 1
  java=$(readlink -f -- "$java" 2>/dev/null || printf '%s' "$java")
  CDPATH= cd -- "$(dirname -- "$java")/.." 2>/dev/null && pwd
}

newest_installed_jdk() {
  best=
  best_version=0
  for home in /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /usr/local/java/* /usr/local/openjdk-* /opt/java/* /opt/jdk* \
    /opt/*jdk* /opt/java /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/*  "${HOME:-/nonexistent}"/.asdf/installs/java/* \
    "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_new_enough "$home" && [ "$version" -gt "$best_version" ]; then
      best=$home
      best_version=$version
    fi
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}

find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && is_new_enough "$JAVA_HOME"; then
    :
  elif JAVA_HOME=$(jdk_on_path) && is_new_enough "$JAVA_HOME"; then
    :
  elif JAVA_HOME=$(newest_installed_jdk); then
    :
  else
    echo "$(basename -- "$0"): no JDK $wanted or newer found: install one (such as Eclipse Temurin $wanted) or set JAVA_HOME to it" >&2
    return 1
  fi
  export JAVA_HOME
}
