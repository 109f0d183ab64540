package org.dicomgateway.config.reader;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.settings.Names;
import org.dicomgateway.config.transform.CodecTools;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.TranscodeSettings;
import org.dicomgateway.config.transform.TransformSettings;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.TransferSyntax;

/**
 * Reads {@code transforms}: what is changed in instances on their way to destinations that name a transform; and
 * {@code transcode}.
 */
final class TransformReader {

    /**
     * A transform and its place.
     *
     * @param profiled whether it de-identifies
     */
    record Draft(SourceLocation sourceLocation, boolean profiled, Supplier<TransformSettings> settings) {}

    private TransformReader() {}

    /** All transforms by name, in the order of the file. */
    static Map<String, Draft> read(Section transforms) {
        Map<String, Draft> drafts = new LinkedHashMap<>();
        transforms.blocks().forEach((name, block) -> drafts.put(name, one(name, block)));
        return drafts;
    }

    private static Draft one(String name, Section block) {
        Setting.of(name, block.sourceLocation(), block.problems()).map(Limits::name);
        Supplier<Condition> when = ConditionReader.match(block.section("when"));
        List<Supplier<RuleSettings>> rules = RuleReader.read(block);
        Supplier<Optional<ProfileSettings>> profile = ProfileReader.read(block);
        boolean profiled = block.isWritten("profile");
        if (profiled && block.isWritten("when")) {
            block.node("when")
                    .reject(
                            "a profile holds for every instance: others would be sent as they are",
                            "remove it; let a route decide what a destination gets");
        }
        Setting<Optional<Boolean>> recordOriginal = block.optional("record-original", Node::flag)
                .check(
                        flag -> !flag.orElse(false) || !profiled,
                        flag -> "what is de-identified keeps no old values",
                        "remove it, or the profile");
        if (rules.isEmpty() && !profiled) {
            block.problems().add(block.sourceLocation(), "changes nothing", "give it rules or a profile, or remove it");
        }
        block.finish();
        return new Draft(
                block.sourceLocation(),
                profiled,
                () -> new TransformSettings(
                        name,
                        when.get(),
                        rules.stream().map(Supplier::get).toList(),
                        recordOriginal.get().orElse(false),
                        profile.get()));
    }

    /** Into which transfer syntaxes instances are brought: a word, or a list. */
    static Setting<TranscodeSettings> transcode(Node node) {
        if (node.isList()) {
            return node.texts(TransformReader::makeable)
                    .map(list -> new TranscodeSettings(true, list))
                    .flatMap(settings -> installed(node, settings));
        }
        return node.text().flatMap(word -> switch (word) {
            case "never" -> node.valid(TranscodeSettings.NEVER);
            case "uncompressed-vr" -> node.valid(TranscodeSettings.UNCOMPRESSED_VR);
            case "lossless" -> installed(node, TranscodeSettings.LOSSLESS);
            default ->
                node.reject(
                        "expected never, uncompressed-vr, lossless or a list of transfer syntaxes, found '" + word
                                + "'",
                        "");
        });
    }

    private static TransferSyntax makeable(String text) {
        TransferSyntax syntax = Names.oneTransferSyntax(text);
        if (!TranscodeSettings.ALL.contains(syntax)) {
            throw new IllegalArgumentException("the gateway cannot make " + text
                    + ": it makes only what loses nothing, "
                    + TranscodeSettings.ALL.stream()
                            .map(each -> Dictionary.name(each.uid()).orElse("") + " (" + each + ")")
                            .collect(Collectors.joining(", ")));
        }
        return syntax;
    }

    private static Setting<TranscodeSettings> installed(Node node, TranscodeSettings settings) {
        return CodecTools.missing()
                .map(tool -> node.<TranscodeSettings>reject(
                        "compressed pixel data cannot be read or made: " + tool + " is not installed",
                        CodecTools.REMEDY + ", or write uncompressed-vr"))
                .orElseGet(() -> node.valid(settings));
    }

    /** Over DICOMweb nothing is negotiated. */
    static void checkWeb(Setting<TranscodeSettings> transcode) {
        transcode.check(
                settings -> !settings.equals(TranscodeSettings.LOSSLESS),
                settings -> "over DICOMweb a server does not say which transfer syntaxes it takes",
                "list them, the preferred one first; or write uncompressed-vr, for explicit VR little endian");
    }
}
