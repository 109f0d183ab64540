package org.dicomgateway.config.reader;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dicomgateway.config.hocon.Node;
import org.dicomgateway.config.hocon.Section;
import org.dicomgateway.config.hocon.Setting;
import org.dicomgateway.config.hocon.SourceLocation;
import org.dicomgateway.config.match.Condition;
import org.dicomgateway.config.settings.Limits;
import org.dicomgateway.config.transform.ProfileSettings;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.config.transform.TransformSettings;

/** Reads {@code transforms}: what is changed in instances on their way to destinations that name a transform. */
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
}
