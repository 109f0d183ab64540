package org.dicomgateway.transform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.TextEncoding;
import org.dicomgateway.dicom.rewrite.UntransformableException;
import org.dicomgateway.dicom.rewrite.ValueRules;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.TransferSyntax;

/** What transforms change in an instance before its pixel data, attribute by attribute. */
public final class Changes {

    private final List<Change> found = new ArrayList<>();
    private Map<String, String> before = Map.of();
    private boolean first = true;

    private Changes() {}

    /**
     * One change of one attribute.
     *
     * @param attribute where it is: its tag and keyword, after those of the sequences around it
     * @param before its values; empty when it was absent, or had none
     * @param after its values; empty when it is absent, or has none
     * @param by the transform, and its rule
     */
    public record Change(String attribute, Optional<String> before, Optional<String> after, String by) {}

    /**
     * Transforms an instance, and tells what changed.
     *
     * @throws UntransformableException when it cannot be transformed
     * @throws IOException as {@link Transformation#apply}
     */
    public static List<Change> of(
            Transformation transformation,
            Transformation.Original original,
            TransferSyntax syntax,
            Transformation.Arrival arrival)
            throws IOException {
        Changes changes = new Changes();
        transformation.apply(original, syntax, arrival, changes::after);
        return List.copyOf(changes.found);
    }

    private void after(String step, Elements dataset) {
        Map<String, String> after = new LinkedHashMap<>();
        flatten("", dataset, Optional.empty(), after);
        if (!first) {
            Set<String> all = new LinkedHashSet<>(before.keySet());
            all.addAll(after.keySet());
            for (String attribute : all.stream().sorted().toList()) {
                Optional<String> old = Optional.ofNullable(before.get(attribute));
                Optional<String> now = Optional.ofNullable(after.get(attribute));
                if (!old.equals(now)) {
                    found.add(new Change(attribute, old, now, step));
                }
            }
        }
        first = false;
        before = after;
    }

    private static void flatten(
            String within, Elements elements, Optional<TextEncoding> outer, Map<String, String> target) {
        TextEncoding encoding = TextEncoding.of(elements, outer);
        for (Element element : elements.all()) {
            String keyword = Dictionary.keyword(element.tag());
            String name = within + element + (keyword.isEmpty() ? "" : " " + keyword);
            target.put(name, element.isSequence() ? element.itemsOrNone().size() + " items" : text(element, encoding));
            int item = 0;
            for (Elements each : element.itemsOrNone()) {
                item++;
                flatten(within + element + "[" + item + "].", each, Optional.of(encoding), target);
            }
        }
    }

    private static String text(Element element, TextEncoding encoding) {
        if (!ValueRules.isWritable(element.vr()) && !element.vr().equals("UI")) {
            return element.value().length + " bytes";
        }
        try {
            return encoding.decode(element).replace("\0", "").strip();
        } catch (UntransformableException e) {
            return new String(element.value(), StandardCharsets.ISO_8859_1).strip();
        }
    }
}
