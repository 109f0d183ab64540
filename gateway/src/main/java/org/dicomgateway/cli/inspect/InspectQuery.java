package org.dicomgateway.cli.inspect;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.dicomgateway.cli.common.OptionConverters;
import org.dicomgateway.orthanc.Level;
import org.dicomgateway.orthanc.OrthancClient;
import org.dicomgateway.orthanc.OrthancClient.Hit;
import org.dicomgateway.orthanc.OrthancException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that select what to list. */
final class InspectQuery {

    private static final String ACCESSION_NUMBER = "AccessionNumber";

    @Option(
            names = {"-l", "--list"},
            paramLabel = "LEVEL",
            converter = OfLevel.class,
            description = "List patients, studies, series or instances (default with a condition: studies).")
    private @Nullable Level level;

    @Option(
            names = "--patient",
            paramLabel = "ID",
            description = "Only of this Patient ID; * and ? stand for any text and character, here and below.")
    private @Nullable String patient;

    @Option(names = "--accession", paramLabel = "NUMBER", description = "Only of this Accession Number.")
    private @Nullable String accession;

    @Option(
            names = "--study",
            paramLabel = "UID",
            converter = OptionConverters.OfUid.class,
            description = "Only of this Study Instance UID.")
    private @Nullable String study;

    @Option(
            names = "--series",
            paramLabel = "UID",
            converter = OptionConverters.OfUid.class,
            description = "Only of this Series Instance UID.")
    private @Nullable String series;

    /**
     * What to list.
     *
     * @param conditions values by keyword
     */
    record Listing(Level level, Map<String, String> conditions) {}

    /** What the options select; empty when none is given. */
    Optional<Listing> listing() {
        Map<String, String> conditions = new LinkedHashMap<>();
        put(conditions, Level.PATIENT.identifier(), patient);
        put(conditions, ACCESSION_NUMBER, accession);
        put(conditions, Level.STUDY.identifier(), study);
        put(conditions, Level.SERIES.identifier(), series);
        return level == null && conditions.isEmpty()
                ? Optional.empty()
                : Optional.of(new Listing(level == null ? Level.STUDY : level, conditions));
    }

    private static void put(Map<String, String> conditions, String keyword, @Nullable String value) {
        if (value != null) {
            conditions.put(keyword, value);
        }
    }

    /** The level below a hit: the studies of a patient, and so on. */
    static Listing below(OrthancClient client, Hit hit, String identifier) throws OrthancException {
        return switch (hit.level()) {
            case PATIENT -> new Listing(Level.STUDY, Map.of(Level.PATIENT.identifier(), identifier));
            case STUDY -> {
                boolean byUid =
                        client.resource(Level.STUDY, hit.id()).identifier().equals(identifier);
                yield byUid
                        ? new Listing(Level.SERIES, Map.of(Level.STUDY.identifier(), identifier))
                        : new Listing(Level.STUDY, Map.of(ACCESSION_NUMBER, identifier));
            }
            case SERIES, INSTANCE -> new Listing(Level.INSTANCE, Map.of(Level.SERIES.identifier(), identifier));
        };
    }

    /** The plural of a level. */
    static String plural(Level level) {
        return switch (level) {
            case PATIENT -> "patients";
            case STUDY -> "studies";
            case SERIES -> "series";
            case INSTANCE -> "instances";
        };
    }

    private static final class OfLevel implements ITypeConverter<Level> {
        @Override
        public Level convert(String text) {
            return Arrays.stream(Level.values())
                    .filter(one ->
                            plural(one).equalsIgnoreCase(text) || one.name().equalsIgnoreCase(text))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "choose from patients, studies, series, instances: '" + text + "'"));
        }
    }
}
