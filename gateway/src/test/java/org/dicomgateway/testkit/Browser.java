package org.dicomgateway.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Debian's Chromium without a screen, with an empty profile of its own, driven by Debian's driver: nothing is
 * downloaded, and nobody is called but the page's host.
 */
public final class Browser implements AutoCloseable {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Starts it; its profile is kept under {@code directory}. */
    public static Browser start(Path directory) {
        return start(directory, List.of());
    }

    /** The same; of what no authority vouches for, it trusts this certificate (PEM) and no other. */
    public static Browser start(Path directory, Path trusted) {
        return start(directory, List.of("--ignore-certificate-errors-spki-list=" + keyDigest(trusted)));
    }

    /** As Chromium wants it: SHA-256 of the SubjectPublicKeyInfo, RFC 5280 4.1. */
    private static String keyDigest(Path certificate) {
        try (InputStream in = Files.newInputStream(certificate)) {
            byte[] key = CertificateFactory.getInstance("X.509")
                    .generateCertificate(in)
                    .getPublicKey()
                    .getEncoded();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("no certificate: " + certificate, e);
        }
    }

    private static Browser start(Path directory, List<String> more) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + directory.resolve("chromium"));
        options.addArguments(more);
        LoggingPreferences logging = new LoggingPreferences();
        logging.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logging);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort()
                .build();
        Browser browser = new Browser(new ChromeDriver(service, options));
        browser.width(1280);
        return browser;
    }

    /** Opens a page. */
    public void open(URI page) {
        driver.get(page.toString());
    }

    /** Gives the page this many CSS pixels of width. */
    public void width(int pixels) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Sets what a page is told by a media query, such as {@code prefers-color-scheme}. */
    public void media(String feature, String value) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", feature, "value", value))));
    }

    /**
     * The first element that a CSS selector finds.
     *
     * @throws org.openqa.selenium.NoSuchElementException if there is none
     */
    public WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    /** All elements that a CSS selector finds. */
    public List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    /** What is shown of the first element that a selector finds; empty when there is none, or it is not shown. */
    public String text(String selector) {
        Object text = run("const e = document.querySelector(arguments[0]); return e ? e.innerText : '';", selector);
        return String.valueOf(text);
    }

    /** Runs a script in the page. */
    public Object run(String script, Object... arguments) {
        Object result = driver.executeScript(script, arguments);
        return result == null ? "" : result;
    }

    /**
     * What axe-core has against the page as it is shown now: the rules of WCAG 2.1 A and AA, and best practices. One
     * text for each rule that is broken, with the elements.
     */
    public List<String> violations() {
        run(axe());
        Object found = driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run(document, { resultTypes: ['violations'], preload: false }).then(
                  (all) => done(all.violations.map((each) => each.id + ': ' + each.help + ': '
                    + each.nodes.map((node) => node.target.join(' ') + ' ' + node.html.slice(0, 150)).join('; '))),
                  (failure) => done(['axe-core failed: ' + failure]));
                """);
        return ((List<?>) Objects.requireNonNull(found))
                .stream().map(String::valueOf).toList();
    }

    /** Answers to requests whose address matches the pattern do not arrive until {@link #letGo}. */
    public void hold(String pattern) {
        driver.executeCdpCommand("Fetch.enable", Map.of("patterns", List.of(Map.of("urlPattern", pattern))));
    }

    /** Everything arrives again. */
    public void letGo() {
        driver.executeCdpCommand("Fetch.disable", Map.of());
    }

    private static String axe() {
        try {
            Properties properties = new Properties();
            try (InputStream in = open("/META-INF/maven/org.webjars.npm/axe-core/pom.properties")) {
                properties.load(in);
            }
            String folder = "/META-INF/resources/webjars/axe-core/" + properties.getProperty("version");
            try (InputStream in = open(folder + "/axe.min.js")) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) {
        return Objects.requireNonNull(Browser.class.getResourceAsStream(resource), resource);
    }

    /** Presses keys wherever the focus is. */
    public void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    /** Types into the field that has the focus, instead of what it holds. */
    public void type(CharSequence... keys) {
        WebElement field = driver.switchTo().activeElement();
        field.clear();
        field.sendKeys(keys);
    }

    /** The title of the page. */
    public String title() {
        return String.valueOf(driver.getTitle());
    }

    /** What the browser complained of since it was last asked: errors of scripts, breaches of the page's policy. */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Writes what is seen as a picture. */
    public void screenshot(Path png) {
        try {
            Files.createDirectories(png.toAbsolutePath().getParent());
            Files.write(png, driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
