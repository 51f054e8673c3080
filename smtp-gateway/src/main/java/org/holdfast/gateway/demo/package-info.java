@NullMarked
package org.holdfast.gateway.demo;

import org.jspecify.annotations.NullMarked;
