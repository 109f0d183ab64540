package org.dicomgateway.transform;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.RuleSettings.Otherwise;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.TextEncoding;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.rewrite.ValueRules;
import org.dicomgateway.dicom.values.Dictionary;

/**
 * Carries out rules in one dataset and in the items of its sequences. When a new value needs another character set, the
 * whole dataset is converted to Unicode first.
 */
final class RuleRun {

    private final Elements dataset;

    RuleRun(Elements dataset) {
        this.dataset = dataset;
    }

    /** A value that is to be written. */
    private record Write(Elements to, TextEncoding encoding, int tag, String vr, String text) {

        boolean fits() {
            return encoding.encode(text, vr).isPresent();
        }
    }

    /** @throws UntransformableException when the rule cannot be carried out everywhere */
    void apply(RuleSettings rule) throws UntransformableException {
        if (rule instanceof RuleSettings.Remove remove) {
            remove(dataset, remove);
            return;
        }
        List<Write> writes = new ArrayList<>();
        if (rule instanceof RuleSettings.Copy copy) {
            copy(copy, writes);
        } else {
            if (rule instanceof RuleSettings.Set set && dataset.get(set.tag()).isEmpty()) {
                writes.add(write(dataset, TextEncoding.of(dataset, Optional.empty()), set.tag(), set.value()));
            }
            visit(dataset, Optional.empty(), rule, writes);
        }
        write(writes);
    }

    /**
     * Carries out a rule for attributes behind the pixel data, which are private: what it removes goes.
     *
     * @throws UntransformableException when it would write a value in a sequence there: one that needs another
     *     character set would come too late for the text before the pixel data
     */
    static void applyBehindPixelData(RuleSettings rule, Elements attributes) throws UntransformableException {
        if (rule instanceof RuleSettings.Remove remove) {
            remove(attributes, remove);
            return;
        }
        boolean everywhere = !(rule instanceof RuleSettings.Copy);
        if (everywhere && attributes.all().stream().anyMatch(element -> contains(element, rule.tag()))) {
            throw new UntransformableException("it has " + Dictionary.format(rule.tag())
                    + ", which a rule writes, in a sequence behind its pixel data");
        }
    }

    private static boolean contains(Element element, int tag) {
        return element.itemsOrNone().stream()
                .flatMap(item -> item.all().stream())
                .anyMatch(inner -> inner.tag() == tag || contains(inner, tag));
    }

    private static void remove(Elements elements, RuleSettings.Remove remove) {
        for (Element element : elements.all()) {
            boolean meant =
                    remove.group() ? element.tag() >>> 16 == remove.tag() >>> 16 : element.tag() == remove.tag();
            if (meant) {
                elements.remove(element.tag());
            } else {
                element.itemsOrNone().forEach(item -> remove(item, remove));
            }
        }
    }

    private void copy(RuleSettings.Copy copy, List<Write> writes) throws UntransformableException {
        TextEncoding encoding = TextEncoding.of(dataset, Optional.empty());
        Optional<Element> source = dataset.get(copy.from());
        if (source.isEmpty()) {
            return;
        }
        List<String> values = values(source.get(), encoding);
        if (!values.isEmpty()) {
            writes.add(write(dataset, encoding, copy.tag(), String.join("\\", values)));
        }
    }

    /** Finds what is to be written where the attribute occurs. */
    private static void visit(Elements elements, Optional<TextEncoding> outer, RuleSettings rule, List<Write> writes)
            throws UntransformableException {
        TextEncoding encoding = TextEncoding.of(elements, outer);
        for (Element element : elements.all()) {
            for (Elements item : element.itemsOrNone()) {
                visit(item, Optional.of(encoding), rule, writes);
            }
            Optional<String> text = changed(element, encoding, rule);
            if (text.isPresent()) {
                writes.add(write(elements, encoding, element.tag(), text.get()));
            }
        }
    }

    /** The new text of an element; empty when it stays as it is. */
    private static Optional<String> changed(Element element, TextEncoding encoding, RuleSettings rule)
            throws UntransformableException {
        if (rule instanceof RuleSettings.Set set && set.tag() == element.tag()) {
            return Optional.of(set.value());
        } else if (rule instanceof RuleSettings.Replace replace && replace.tag() == element.tag()) {
            return each(element, encoding, value -> replaced(element, replace, value));
        } else if (rule instanceof RuleSettings.Lookup lookup && lookup.tag() == element.tag()) {
            return each(element, encoding, value -> looked(element, lookup, value));
        }
        return Optional.empty();
    }

    private static String replaced(Element element, RuleSettings.Replace replace, String value)
            throws UntransformableException {
        try {
            return replace.regex().replace(value, replace.with()).orElse(value);
        } catch (IllegalArgumentException e) {
            throw new UntransformableException(element + ": " + e.getMessage());
        }
    }

    private static String looked(Element element, RuleSettings.Lookup lookup, String value)
            throws UntransformableException {
        String found = lookup.table().get(value);
        if (found != null) {
            return found;
        }
        if (lookup.otherwise() == Otherwise.PARK) {
            throw new UntransformableException("a value of " + element + " is not in the table " + lookup.file());
        }
        return lookup.otherwise() == Otherwise.KEEP ? value : "";
    }

    /** A conversion of one value. */
    private interface Conversion {
        String of(String value) throws UntransformableException;
    }

    private static Optional<String> each(Element element, TextEncoding encoding, Conversion conversion)
            throws UntransformableException {
        List<String> before = values(element, encoding);
        List<String> after = new ArrayList<>();
        for (String value : before) {
            after.add(conversion.of(value));
        }
        return after.equals(before) ? Optional.empty() : Optional.of(String.join("\\", after));
    }

    private static List<String> values(Element element, TextEncoding encoding) throws UntransformableException {
        String vr = Dictionary.valueRepresentation(element.tag());
        if (element.isSequence() || !element.vr().equals(vr)) {
            throw new UntransformableException(element + " is of type " + element.vr() + ", not " + vr);
        }
        String text = trimmed(encoding.decode(element));
        if (text.isEmpty()) {
            return List.of();
        }
        return ValueRules.isMultiple(vr)
                ? Arrays.stream(text.split("\\\\", -1)).map(RuleRun::trimmed).collect(Collectors.toList())
                : List.of(text);
    }

    private static String trimmed(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
            end--;
        }
        int start = 0;
        while (start < end && text.charAt(start) == ' ') {
            start++;
        }
        return text.substring(start, end);
    }

    private static Write write(Elements to, TextEncoding encoding, int tag, String text)
            throws UntransformableException {
        String vr = Dictionary.valueRepresentation(tag);
        String[] values = ValueRules.isMultiple(vr) ? text.split("\\\\", -1) : new String[] {text};
        for (String value : values) {
            Optional<String> problem = ValueRules.problem(vr, value);
            if (problem.isPresent()) {
                throw new UntransformableException("the new value of " + Dictionary.format(tag) + " " + problem.get());
            }
        }
        return new Write(to, encoding, tag, vr, text);
    }

    private void write(List<Write> writes) throws UntransformableException {
        boolean converted = !writes.stream().allMatch(Write::fits);
        if (converted) {
            TextEncoding.convertToUnicode(dataset);
        }
        TextEncoding unicode = TextEncoding.of(dataset, Optional.empty());
        for (Write write : writes) {
            TextEncoding encoding = converted ? unicode : write.encoding;
            byte[] value = encoding.encode(write.text, write.vr)
                    .orElseThrow(() -> new UntransformableException(
                            "the new value of " + Dictionary.format(write.tag) + " cannot be encoded"));
            write.to.put(Element.of(write.tag, write.vr, value));
        }
    }
}
