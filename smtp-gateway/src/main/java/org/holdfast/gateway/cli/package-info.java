@NullMarked
package org.holdfast.gateway.cli;

import org.jspecify.annotations.NullMarked;
