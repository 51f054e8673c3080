@NullMarked
package org.holdfast.holdqueue;

import org.jspecify.annotations.NullMarked;
