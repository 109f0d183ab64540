package org.dicomgateway.config.transform;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.dicomgateway.config.match.Regex;
import org.dicomgateway.dicom.values.Dictionary;

/** One rule of a transform. {@code toString} names it for operators, and is part of the transform's version. */
public sealed interface RuleSettings {

    /** The attribute that it writes or removes. */
    int tag();

    /** Gives an attribute this value; a top-level one is added when it is missing. */
    record Set(int tag, String value) implements RuleSettings {
        @Override
        public String toString() {
            return "set " + Dictionary.format(tag) + " = " + value;
        }
    }

    /** Replaces each value that matches the expression as a whole. In {@code with}, $1 is the first group. */
    record Replace(int tag, Regex regex, String with) implements RuleSettings {
        @Override
        public String toString() {
            return "replace " + Dictionary.format(tag) + " " + regex + " with " + with;
        }
    }

    /**
     * Replaces each value by a table.
     *
     * @param file the name of the file, for operators
     */
    record Lookup(int tag, String file, Map<String, String> table, Otherwise otherwise) implements RuleSettings {

        /** Copies the table, and sorts it. */
        public Lookup {
            table = Collections.unmodifiableMap(new TreeMap<>(table));
        }

        @Override
        public String toString() {
            return "map " + Dictionary.format(tag) + " by " + file;
        }
    }

    /** Gives a top-level attribute the values of another one, if that has any. */
    record Copy(int tag, int from) implements RuleSettings {
        @Override
        public String toString() {
            return "copy " + Dictionary.format(tag) + " = " + Dictionary.format(from);
        }
    }

    /**
     * Removes attributes.
     *
     * @param tag the tag; of a whole group, only the group counts
     * @param group whether it is the whole group
     */
    record Remove(int tag, boolean group) implements RuleSettings {
        @Override
        public String toString() {
            return "remove " + (group ? String.format("(%04X,*)", tag >>> 16) : Dictionary.format(tag));
        }
    }

    /** What happens to a value that is not in a table. */
    enum Otherwise {
        /** It stays. */
        KEEP,
        /** It becomes empty. */
        EMPTY,
        /** The delivery is parked. */
        PARK
    }

    /** Calls the function for the kind of this rule. */
    default <T> T match(
            Function<Set, T> onSet,
            Function<Replace, T> onReplace,
            Function<Lookup, T> onLookup,
            Function<Copy, T> onCopy,
            Function<Remove, T> onRemove) {
        if (this instanceof Set set) {
            return onSet.apply(set);
        } else if (this instanceof Replace replace) {
            return onReplace.apply(replace);
        } else if (this instanceof Lookup map) {
            return onLookup.apply(map);
        } else if (this instanceof Copy copy) {
            return onCopy.apply(copy);
        }
        return onRemove.apply((Remove) this);
    }
}
